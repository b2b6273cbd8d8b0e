from django.urls import path

from rewards.payouts import views

app_name = "payouts"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("chip/", views.chip, name="chip"),
    path("claim/", views.claim, name="claim"),
    path("claim/status/", views.status, name="claim-status"),
    path("claim/proof.json", views.proof, name="proof"),
    path("epochs/<int:number>/why/", views.why, name="why"),
]
