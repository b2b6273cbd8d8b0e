"""allauth's passkey forms, made deaf to damaged answers: their parser raises whatever it stumbles over."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as passkeys
from django.core.exceptions import ValidationError


class _Careful:
    """What a browser sends is bytes of a stranger: anything that its parser throws is a wrong code, never an error page."""

    def clean(self) -> Any:
        try:
            return super().clean()  # type: ignore[misc]
        except ValidationError:
            raise
        except Exception as error:
            raise get_adapter().validation_error("incorrect_code") from error

    def clean_credential(self) -> Any:
        parent = getattr(super(), "clean_credential", None)
        if parent is None:
            return self.cleaned_data["credential"]  # type: ignore[attr-defined]
        try:
            return parent()
        except ValidationError:
            raise
        except Exception as error:
            raise get_adapter().validation_error("incorrect_code") from error


class AddPasskeyForm(_Careful, passkeys.AddWebAuthnForm):  # type: ignore[misc]
    """Setting a passkey up."""


class AuthenticatePasskeyForm(_Careful, passkeys.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Signing in with it."""


class ReauthenticatePasskeyForm(_Careful, passkeys.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Giving it again."""
