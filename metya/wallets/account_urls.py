"""The few addresses of django-allauth that are needed, under our own paths and guards.

Their names are global because allauth looks them up by name. There is no sign-up form, no password and no e-mail here.
"""

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from metya.wallets import pages, views
from metya.wallets.guards import freshly_confirmed

urlpatterns = [
    # Where allauth sends people; both pages are our own.
    path("account/sign-in/", pages.to_sign_in, name="account_login"),
    path("account/sign-out/", views.sign_out, name="account_logout"),
    path("account/ended/", pages.to_sign_in, name="account_inactive"),
    path("account/confirm/", pages.confirm, name="account_reauthenticate"),
    # The second factor while signing in.
    path("sign-in/second-factor/", base.authenticate, name="mfa_authenticate"),
    # The second factor's own pages.
    path("settings/security/", base.index, name="mfa_index"),
    path("settings/security/again/", base.reauthenticate, name="mfa_reauthenticate"),
    path("settings/security/app/on/", freshly_confirmed(totp.activate_totp), name="mfa_activate_totp"),
    path("settings/security/app/off/", freshly_confirmed(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("settings/security/codes/", freshly_confirmed(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("settings/security/codes/new/", freshly_confirmed(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("settings/security/codes/file/", freshly_confirmed(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("settings/security/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("settings/security/passkeys/add/", freshly_confirmed(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("settings/security/passkeys/again/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("settings/security/passkeys/<int:pk>/remove/", freshly_confirmed(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("settings/security/passkeys/<int:pk>/edit/", freshly_confirmed(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]  # fmt: skip
