"""The two hubs: addresses of files, and what the hubs themselves say of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gpt_sovits.errors import DownloadError
from gpt_sovits.weights.options import DownloadOptions, Source
from gpt_sovits.weights.registry import PublishedFile

if TYPE_CHECKING:
    import httpx

ENDPOINTS: dict[Source, str] = {
    "huggingface": "https://huggingface.co",
    "modelscope": "https://www.modelscope.cn",
}


@dataclass(frozen=True)
class RemoteFile:
    """What a hub says of one file."""

    bytes: int | None
    sha256: str | None


@dataclass(frozen=True)
class Hub:
    """One hub or a mirror of it."""

    source: Source
    endpoint: str
    """Address without a slash at the end."""

    def place_of(self, file: PublishedFile) -> tuple[str, str]:
        """Repository and revision of a file here.

        Raises:
            DownloadError: this hub does not have it.
        """
        repository = file.huggingface if self.source == "huggingface" else file.modelscope
        if repository is None:
            remedy = file.by_hand or "choose the other --source"
            raise DownloadError(f"{file.path}: is not on {self.source}; {remedy}")
        return repository, file.revision if self.source == "huggingface" else "master"

    def file_url(self, file: PublishedFile) -> str:
        """Address of a file's content."""
        repository, revision = self.place_of(file)
        if self.source == "huggingface":
            return f"{self.endpoint}/{repository}/resolve/{revision}/{quote(file.remote_path)}"
        path = quote(file.remote_path, safe="")
        return (
            f"{self.endpoint}/api/v1/models/{repository}/repo?Revision={revision}&FilePath={path}"
        )

    def listing_url(self, repository: str, revision: str) -> str:
        """Address of the list of a repository's files."""
        if self.source == "huggingface":
            return f"{self.endpoint}/api/models/{repository}/revision/{revision}?blobs=true"
        return (
            f"{self.endpoint}/api/v1/models/{repository}/repo/files"
            f"?Revision={revision}&Recursive=true"
        )

    def listing(
        self, client: "httpx.Client", repository: str, revision: str
    ) -> dict[str, RemoteFile]:
        """Size and hash of every file of a repository, by path.

        Raises:
            DownloadError: the hub cannot be reached, refuses, or answers something else.
        """
        import httpx

        url = self.listing_url(repository, revision)
        try:
            response = client.get(url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DownloadError(unreachable(url, str(error))) from error
        if response.status_code != 200:
            raise DownloadError(refusal(response.status_code, url))
        try:
            answer = response.json()
            if self.source == "huggingface":
                return {each["rfilename"]: _remote(each) for each in answer["siblings"]}
            return {each["Path"]: _remote(each) for each in answer["Data"]["Files"]}
        except (ValueError, KeyError, TypeError) as error:
            raise DownloadError(
                f"{url} answers with something else than a list of files; is the --endpoint a"
                f" mirror of {self.source}?"
            ) from error


def _remote(entry: dict[str, Any]) -> RemoteFile:
    """Both hubs' spellings; Hugging Face knows the hash of large files only."""
    size = entry.get("size", entry.get("Size"))
    sha256 = (entry.get("lfs") or {}).get("sha256") or entry.get("Sha256")
    return RemoteFile(
        bytes=size if isinstance(size, int) and size >= 0 else None,
        sha256=sha256.lower() if isinstance(sha256, str) and len(sha256) == 64 else None,
    )


def refusal(status: int, url: str) -> str:
    """One sentence for an answer that is no content."""
    if status in (401, 403):
        return (
            f"{url}: the hub asks for permission ({status}); accept the model's terms on its page"
            " and give an access token (HF_TOKEN), or choose another --endpoint"
        )
    if status == 404:
        return f"{url}: no such file there (404); choose another --source or --endpoint"
    return f"{url}: the server answers {status}; try again later or choose another --endpoint"


def unreachable(url: str, reason: str) -> str:
    """One sentence for a server that does not answer at all."""
    host = url.partition("://")[2].partition("/")[0]
    return (
        f"{host} cannot be reached ({reason}); check the network, name a mirror with --endpoint"
        " (such as https://hf-mirror.com), or put the file there by hand"
    )


def hub_of(options: DownloadOptions) -> Hub:
    """The hub or mirror that is chosen."""
    return Hub(options.source, (options.endpoint or ENDPOINTS[options.source]).rstrip("/"))
