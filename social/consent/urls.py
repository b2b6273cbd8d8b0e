"""Addresses of consent."""

from django.urls import path

from social.consent import views

app_name = "consent"
urlpatterns = [
    path("settings/consent/", views.settings, name="settings"),
    *(path(f"settings/consent/{name}/", views.change, {"name": name}, name=name) for name in ("give", "withdraw")),
    path("settings/consent/receipts/<id:pk>/", views.receipt, name="receipt"),
    path("settings/consent/receipts/<id:pk>.json", views.receipt_json, name="receipt-json"),
]
