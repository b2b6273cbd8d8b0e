"""Addresses of signing in, wallets, sessions and the second factor."""

from django.urls import path

from metya.wallets import pages, relay, views

app_name = "wallets"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("wallets/challenge/", views.challenge, name="challenge"),
    path("wallets/nonce/", views.nonce, name="nonce"),
    path("wallets/verify/", views.verify, name="verify"),
    path("wallets/demo-rpc/", relay.demo_rpc, name="demo-rpc"),
    path("settings/wallets/", pages.wallets, name="settings"),
    path("settings/sessions/", pages.session_list, name="sessions"),
    path("settings/sessions/end-others/", pages.end_others, name="end-others"),
    path("settings/sessions/<int:session_id>/end/", pages.end_session, name="end-session"),
    path("settings/confirm/", pages.confirm, name="confirm"),
]
