from django.urls import path

from rewards.training import views

app_name = "training-pay"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("<int:number>/", views.record, name="record"),
    path("<int:number>/mine/", views.receipt, name="receipt"),
    path("<int:number>/mine.json", views.receipt_json, name="receipt-json"),
    path("<int:number>/mine.csv", views.receipt_csv, name="receipt-csv"),
    path("<int:number>/verify.txt", views.how_to_verify, name="verify"),
    path("<int:number>/<str:name>", views.file, name="file"),
]
