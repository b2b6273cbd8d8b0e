"""Full addresses of this site."""

from metya.web.absolute import absolute


def test_paths_get_the_sites_own_address_and_full_ones_stay():
    assert absolute("/media/x.webp") == "http://testserver/media/x.webp"
    assert absolute("https://cdn.example/x.webp") == "https://cdn.example/x.webp"
