from rest_framework.routers import SimpleRouter

from audits.api.views.iterations import IterationViewSet

router = SimpleRouter()
router.register("iterations", IterationViewSet)

urlpatterns = router.urls
