"""Addresses that programs ask for: feeds, embedding, sitemap, robots."""

from django.urls import path

from social.sharing import embeds, feeds, sitemaps

app_name = "sharing"
urlpatterns = [
    path("@<handle:handle>/feed.xml", feeds.person, name="person-feed"),
    path("tags/<tag:name>/feed.xml", feeds.tag, name="tag-feed"),
    path("oembed", embeds.oembed, name="oembed"),
    path("posts/<id:pk>/embed/", embeds.embed, name="embed"),
    path("sitemap.xml", sitemaps.index, name="sitemap-index"),
    path("sitemaps/<slug:kind>-<int:number>.xml", sitemaps.section, name="sitemap"),
    path("robots.txt", sitemaps.robots, name="robots"),
]
