from django.urls import path

from . import change_views, file_views, group_views, views

urlpatterns = [
    path("organisation/hire/", change_views.hire, name="hire"),
    path("organisation/positions/", group_views.positions, name="positions"),
    path("organisation/positions/make/", change_views.make_position, name="position-make"),
    path(
        "organisation/position/<path:position>/change/<str:kind>/", change_views.change_position, name="position-change"
    ),
    path("organisation/position/<path:position>/", group_views.position, name="position"),
    path("organisation/tree/", group_views.tree, name="tree"),
    path("organisation/file/", file_views.upload, name="org-file-new"),
    path("organisation/file/<int:pk>/", file_views.file, name="org-file"),
    path("organisation/<str:kind>/", group_views.groups, name="groups"),
    path("organisation/<str:kind>/members/", group_views.regroup, name="regroup"),
    path("people/", views.people, name="people"),
    path("people/<path:person>/change/<str:kind>/", change_views.change_person, name="person-change"),
    path("people/<path:person>/", views.person, name="person"),
]
