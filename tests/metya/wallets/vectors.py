"""A few sign-in vectors for machines without the whole set: https://github.com/spruceid/siwe (MIT or Apache-2.0)."""

_HEAD = "service.org wants you to sign in with your Ethereum account:\n"
_ADDRESS = "0xe5A12547fe4E872D192E3eCecb76F2Ce1aeA4946"
_TAIL = (
    "\n\nURI: https://service.org/login\nVersion: 1\nChain ID: 1\nNonce: 12341234\nIssued At: 2022-03-17T12:45:13.610Z"
)
_GOOD = f"{_HEAD}{_ADDRESS}\n\nI accept the Terms of Service: https://service.org/tos{_TAIL}"
FEW = {
    "parsing_positive": {
        "plain": {
            "message": _GOOD,
            "fields": {
                "domain": "service.org",
                "address": _ADDRESS,
                "statement": "I accept the Terms of Service: https://service.org/tos",
                "uri": "https://service.org/login",
                "version": "1",
                "chainId": 1,
                "nonce": "12341234",
                "issuedAt": "2022-03-17T12:45:13.610Z",
            },
        }
    },
    "parsing_negative": {
        "missing domain": _GOOD.removeprefix("service.org"),
        "missing address": _GOOD.replace(_ADDRESS, ""),
        "missing nonce": _GOOD.replace("Nonce: 12341234\n", ""),
        "missing version": _GOOD.replace("Version: 1\n", ""),
        "address not in checksum": _GOOD.replace(_ADDRESS, _ADDRESS.lower()),
    },
    "verification_positive": {
        "example message": {
            "domain": "login.xyz",
            "address": "0x9D85ca56217D2bb651b00f15e694EB7E713637D4",
            "statement": "Sign-In With Ethereum Example Statement",
            "uri": "https://login.xyz",
            "version": "1",
            "nonce": "bTyXgcQxn2htgkjJn",
            "issuedAt": "2022-01-27T17:09:38.578Z",
            "chainId": 1,
            "expirationTime": "2100-01-07T14:31:43.952Z",
            "signature": "0xdc35c7f8ba2720df052e0092556456127f00f7707eaa8e3bbff7e56774e7f2e0"
            "5a093cfc9e02964c33d86e8e066e221b7d153d27e5a2e97ccd5ca7d3f2ce06cb1b",
        }
    },
}
