from django.urls import path

from ingestion.api.views import BatchView, EntriesView, FingerprintsView, OccurrencesView, PartView

urlpatterns = [
    path("sources/<slug:slug>/entries/", EntriesView.as_view(), name="entries"),
    path("batches/<int:pk>/", BatchView.as_view(), name="batch"),
    path("issues/<int:pk>/occurrences/", OccurrencesView.as_view(), name="occurrences"),
    path("issues/<int:pk>/part/", PartView.as_view(), name="part"),
    path("issues/<int:pk>/patterns/<int:pattern>/fingerprints/", FingerprintsView.as_view(), name="fingerprints"),
]
