from django.urls import path

from . import views

urlpatterns = [
    path("imports/", views.batches, name="batches"),
    path("imports/upload/", views.upload, name="batch-upload"),
    path("imports/<str:batch>/", views.batch, name="batch"),
    path("imports/<str:batch>/aside.csv", views.aside, name="batch-aside"),
    path("imports/<str:batch>/repair/", views.repair, name="batch-repair"),
    path("imports/<str:batch>/undo/", views.undo, name="batch-undo"),
]
