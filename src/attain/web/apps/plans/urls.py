from django.urls import path

from . import views

urlpatterns = [
    path("plans/", views.plans, name="plans"),
    path("plans/<str:plan>/<str:version>/", views.plan, name="plan"),
]
