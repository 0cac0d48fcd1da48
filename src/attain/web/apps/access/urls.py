from django.urls import path

from . import views

urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/see-as/", views.see_as, name="see-as"),
    path("me/see-as/end/", views.see_as_end, name="see-as-end"),
    path("search/", views.search, name="search"),
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/<int:pk>/", views.account, name="account"),
    path("accounts/<int:pk>/grant/", views.grant_role, name="account-grant"),
    path("accounts/<int:pk>/active/", views.activity, name="account-active"),
    path("accounts/<int:pk>/confirm/<int:grant>/", views.confirm_role, name="account-confirm"),
    path("accounts/<int:pk>/end/<int:grant>/", views.end_role, name="account-end"),
]
