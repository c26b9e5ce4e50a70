"""The account at a gateway, as the environment names it."""

import pytest

from graphql_api.settings import InvalidSetting, settings_from

ACCOUNT = {
    "BOOK_ONLINE_SMS_ACCOUNT": "AC1",
    "BOOK_ONLINE_SMS_TOKEN": "secret-word",
    "BOOK_ONLINE_SMS_FROM": "+14165550199",
}


def test_settings_know_the_gateway_and_hide_its_token() -> None:
    settings = settings_from(ACCOUNT | {"BOOK_ONLINE_SMS_PRICE": "0.0079 USD"})

    assert settings.sms_gateway is not None
    assert settings.sms_gateway.api == "https://api.twilio.com"
    assert str(settings.price_of_segment) == "Price(amount=Decimal('0.0079'), currency='USD')"
    assert "secret-word" not in f"{settings!r} {settings.sms_gateway!r}"
    assert settings_from({}).sms_gateway is None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"BOOK_ONLINE_SMS_TOKEN": ""}, "BOOK_ONLINE_SMS_TOKEN and BOOK_ONLINE_SMS_FROM need each other"),
        ({"BOOK_ONLINE_SMS_API": "http://sms.example.com"}, "must look like https://api.twilio.com"),
        ({"BOOK_ONLINE_SMS_FROM": "416 555 0199!"}, "must look like +14165550199, 12345"),
        ({"BOOK_ONLINE_SMS_PRICE": "cheap"}, "must look like 0.0079 USD"),
    ],
)
def test_a_mistake_is_explained_without_the_token(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        settings_from(ACCOUNT | given)

    assert sentence in str(refused.value)
    assert "secret-word" not in str(refused.value)
