from django.urls import path

from . import mapping_views, views

urlpatterns = [
    path("imports/", views.batches, name="batches"),
    path("imports/upload/", views.upload, name="batch-upload"),
    path("imports/watched/", views.watched, name="watched"),
    path("imports/mappings/", mapping_views.mappings, name="mappings"),
    path("imports/mappings/begin/", mapping_views.begin, name="mapping-begin"),
    path("imports/mappings/new/", mapping_views.new, name="mapping-new"),
    path("imports/mappings/preview/", mapping_views.preview, name="mapping-preview"),
    path("imports/mappings/save/", mapping_views.save, name="mapping-save"),
    path("imports/mappings/of/<str:mapping>/", mapping_views.mapping, name="mapping"),
    path("imports/mappings/of/<str:mapping>/save/", mapping_views.save_text, name="mapping-save-text"),
    path("imports/<str:batch>/", views.batch, name="batch"),
    path("imports/<str:batch>/aside.csv", views.aside, name="batch-aside"),
    path("imports/<str:batch>/repair/", views.repair, name="batch-repair"),
    path("imports/<str:batch>/undo/", views.undo, name="batch-undo"),
]
