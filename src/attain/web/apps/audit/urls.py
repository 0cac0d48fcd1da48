from django.urls import path

from . import views

urlpatterns = [
    path("audit/", views.audit, name="audit"),
    path("audit/events.csv", views.events_file, name="audit-file"),
]
