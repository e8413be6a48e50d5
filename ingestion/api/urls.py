from django.urls import path

from ingestion.api.views import BatchView, EntriesView, OccurrencesView

urlpatterns = [
    path("sources/<slug:slug>/entries/", EntriesView.as_view(), name="entries"),
    path("batches/<int:pk>/", BatchView.as_view(), name="batch"),
    path("issues/<int:pk>/occurrences/", OccurrencesView.as_view(), name="occurrences"),
]
