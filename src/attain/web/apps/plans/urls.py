from django.urls import path

from . import studio, views

urlpatterns = [
    path("plans/", views.plans, name="plans"),
    path("plans/drafts/begin/", studio.begin, name="draft-begin"),
    path("plans/drafts/<int:pk>/", studio.draft, name="draft"),
    path("plans/drafts/<int:pk>/check/", studio.check, name="draft-check"),
    path("plans/drafts/<int:pk>/save/", studio.save, name="draft-save"),
    path("plans/drafts/<int:pk>/tests/", studio.tests, name="draft-tests"),
    path("plans/drafts/<int:pk>/submit/", studio.submit, name="draft-submit"),
    path("plans/drafts/<int:pk>/approve/", studio.approve, name="draft-approve"),
    path("plans/drafts/<int:pk>/send-back/", studio.send_back, name="draft-send-back"),
    path("plans/drafts/<int:pk>/publish/", studio.publish, name="draft-publish"),
    path("plans/drafts/<int:pk>/discard/", studio.discard, name="draft-discard"),
    path("plans/drafts/<int:pk>/effect/", studio.effect, name="draft-effect"),
    path("plans/drafts/<int:pk>/effect/start/", studio.start_effect, name="draft-effect-start"),
    path("plans/<str:plan>/<path:version>/retire/", views.retire, name="plan-retire"),
    path("plans/<str:plan>/<path:version>/", views.plan, name="plan"),
]
