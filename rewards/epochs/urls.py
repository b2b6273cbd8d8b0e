from django.urls import path

from rewards.epochs import views

app_name = "epochs"
urlpatterns = [
    path("", views.epochs, name="list"),
    path("<int:number>/", views.epoch, name="detail"),
    path("<int:number>/verify.txt", views.how_to_verify, name="verify"),
    path("<int:number>/<str:name>", views.file, name="file"),
]
