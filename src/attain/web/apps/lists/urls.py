from django.urls import path

from . import views

urlpatterns = [
    path("views/save/", views.save, name="view-save"),
    path("views/restore/", views.restore, name="view-restore"),
    path("views/<int:pk>/delete/", views.delete, name="view-delete"),
]
