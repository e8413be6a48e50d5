from rest_framework.routers import SimpleRouter

from incidents.api.views.issues import IssueViewSet
from incidents.api.views.projects import ProjectViewSet, SourceViewSet

router = SimpleRouter()
router.register("projects", ProjectViewSet)
router.register("sources", SourceViewSet)
router.register("issues", IssueViewSet)

urlpatterns = router.urls
