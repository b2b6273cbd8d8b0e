from django.urls import path

from rewards.training import views

app_name = "training-pay"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("<id:number>/", views.record, name="record"),
    path("<id:number>/mine/", views.receipt, name="receipt"),
    path("<id:number>/mine.json", views.receipt_json, name="receipt-json"),
    path("<id:number>/mine.csv", views.receipt_csv, name="receipt-csv"),
    path("<id:number>/<str:name>", views.file, name="file"),
]
