from django.urls import path

from rewards.reports import export_views, views
from rewards.schedules import views as schedules

app_name = "reports"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("machines/", views.machines, name="machines"),
    path("machines/<int:member>/person/", views.unmark, name="unmark"),
    path("exports/", export_views.exports, name="exports"),
    path("exports/rows/", export_views.rows, name="export-rows"),
    path("exports/<int:pk>/cancel/", export_views.cancel, name="export-cancel"),
    path("exports/file/<str:signed>/", export_views.fetch, name="export-file"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/<int:pk>/<slug:what>/", schedules.deed, name="schedule-deed"),
    path("month/<int:year>/<int:number>/", views.month, name="month"),
    path("<slug:name>/", views.family, name="family"),
]
