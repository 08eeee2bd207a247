"""Log-in, log-out, and the settings of one's own account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import LoginForm, ProfileForm, TokenForm
from accounts.models import ApiToken, User, ViewingEnd
from accounts.services import issue_token, revoke_token
from accounts.sessions import leave_viewing

_VIEWINGS_SHOWN = 20


class LoginPage(LoginView):
    """Log-in; afterwards back to the page that was asked for, if it is one of ours."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True
    http_method_names = ("get", "head", "post", "options")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        demo = {"demo_users": _demo_users(), "demo_password": settings.DEMO_PASSWORD}
        return super().get_context_data(**demo, **kwargs)


def _demo_users() -> list[User]:
    """The accounts of the demo observatory; none but where its password is set."""
    demo = User.objects.filter(is_demo=True, is_active=True).order_by("pk")
    return list(demo) if settings.DEMO_PASSWORD else []


class LogoutPage(LogoutView):
    """Log-out, by POST only: a link elsewhere must not end a session."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        leave_viewing(request, ViewingEnd.LOGGED_OUT)
        return super().post(request, *args, **kwargs)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Profile and API tokens; a POST changes the profile."""
    user = _user(request)
    form = ProfileForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid() and form.save():
        messages.success(request, "Your profile was changed.")
        return redirect("accounts:settings")
    return _show(request, user, profile=form)


@never_cache
@sensitive_post_parameters()
@login_required
@require_POST
def token_create(request: HttpRequest) -> HttpResponse:
    """Create a token and show it in this one answer: only its hash is kept."""
    user = _user(request)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _show(request, user, token_form=form, status=422)
    _, text = issue_token(
        user=user,
        scope=form.cleaned_data["scope"],
        label=form.cleaned_data["label"],
        expires_at=form.cleaned_data["expires_on"],
    )
    return _show(request, user, new_token=text)


@login_required
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own tokens."""
    token = get_object_or_404(ApiToken, pk=pk, user=_user(request))
    revoke_token(token=token)
    messages.success(request, f"The token {token.hint}… no longer works.")
    return redirect("accounts:settings")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required has seen to it
    return request.user


def _show(
    request: HttpRequest,
    user: User,
    *,
    profile: ProfileForm | None = None,
    token_form: TokenForm | None = None,
    new_token: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "profile": profile or ProfileForm(user=user),
        "token_form": token_form or TokenForm(),
        "tokens": user.tokens.all(),
        "viewings": user.viewed_by.order_by("-pk")[:_VIEWINGS_SHOWN],
        "new_token": new_token,
    }
    return render(request, "accounts/settings.html", context, status=status)
