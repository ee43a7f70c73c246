"""The "Settings" tab: language, device, hub, allowed folders, and what this machine is."""

from html import escape
from typing import Any

import gradio as gr

from gpt_sovits.pipeline.advice import machine_facts
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.gate import LOGOUT
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.settings import (
    FolderFacts,
    SettingsKeeper,
    folder_facts,
    read_folders,
    version_facts,
)
from gpt_sovits.workbench.texts import language_of, t, text

LANGUAGES = [("English", "en"), ("中文", "zh"), ("日本語", "ja")]
HUBS = [("Hugging Face", "huggingface"), ("ModelScope", "modelscope")]
RELOAD = "changed => { if (changed) location.reload(); }"
FULL = 0.9
"""Share of a disk from which on it is marked."""


def build_settings_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    keeper = bench.settings
    with gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            fields = _fields(keeper)
            save = gr.Button(t("settings.save"), variant="primary")
            message = gr.HTML(visible=False)
            changed = gr.Textbox(visible=False)
            log_out = gr.HTML(visible=bench.has_password)
        with gr.Column(min_width=320):
            facts = gr.HTML()

    def keep(
        language: str, device: str, source: str, endpoint: str, folders: str, request: gr.Request
    ) -> tuple[Any, Any, str]:
        before = keeper.current
        try:
            keeper.change(
                language=language,
                device=(device or "auto").strip(),
                source=source,
                endpoint=(endpoint or "").strip(),
                folders=read_folders(folders or ""),
            )
        except Exception as error:
            return problem(error), gr.skip(), ""
        bench.places.folders = keeper.folders
        if keeper.current.device != before.device:
            bench.keeper.forget()
        reader = language_of(request)
        anew = "yes" if keeper.current.language != before.language else ""
        return note(text(reader, "settings.saved")), facts_html(keeper, reader), anew

    def refresh(request: gr.Request) -> list[Any]:
        now = keeper.current
        told = note(keeper.problem, "problem") if keeper.problem else note()
        shown = [now.language, now.device, now.source, now.endpoint, "\n".join(now.folders)]
        reader = language_of(request)
        return [*shown, told, facts_html(keeper, reader), _log_out(reader)]

    save.click(keep, fields, [message, facts, changed]).then(None, changed, None, js=RELOAD)
    tab.select(refresh, None, [*fields, message, facts, log_out], **QUIET)


def _fields(keeper: SettingsKeeper) -> list[gr.components.Component]:
    now = keeper.current
    language = gr.Dropdown(
        [(t("settings.language_auto"), "auto"), *LANGUAGES],
        value=now.language,
        label=t("settings.language"),
        elem_id="settings-language",
    )
    device = gr.Dropdown(
        [(t("settings.device_auto"), "auto"), ("CPU", "cpu"), ("CUDA", "cuda")],
        value=now.device,
        allow_custom_value=True,
        label=t("settings.device"),
        info=t("settings.device_help"),
    )
    with gr.Row():
        source = gr.Dropdown(HUBS, value=now.source, label=t("settings.source"), min_width=160)
        endpoint = gr.Textbox(
            now.endpoint,
            label=t("settings.endpoint"),
            info=t("settings.endpoint_help"),
            placeholder="https://hf-mirror.com",
            max_lines=1,
            min_width=200,
        )
    folders = gr.Textbox(
        "\n".join(now.folders),
        label=t("settings.folders"),
        info=t("settings.folders_help" if keeper.private else "settings.folders_locked"),
        interactive=keeper.private,
        lines=3,
        max_lines=8,
    )
    return [language, device, source, endpoint, folders]


def facts_html(keeper: SettingsKeeper, language: str) -> str:
    """What this machine is, and where everything lies."""

    def words(key: str, **values: object) -> str:
        return escape(text(language, f"settings.{key}", **values))

    facts = machine_facts()
    gpu = f"{facts.gpu}, {facts.gpu_memory_gb:.0f} GB" if facts.gpu else words("no_gpu")
    rows = "".join(
        f"<dt>{words(key)}</dt><dd>{escape(value)}</dd>"
        for key, value in (
            ("version", version_facts()),
            ("cores", str(facts.cores)),
            ("memory", f"{facts.memory_gb:.1f} GB"),
            ("gpu", gpu),
        )
    )
    folders = "".join(_folder(each, words("allowed")) for each in folder_facts(keeper))
    return (
        f'<div class="facts"><h3>{words("machine")}</h3><dl>{rows}</dl>'
        f"<h3>{words('places')}</h3><table><thead><tr><th>{words('folder')}</th>"
        f"<th>{words('disk')}</th></tr></thead><tbody>{folders}</tbody></table></div>"
    )


def _folder(each: FolderFacts, unnamed: str) -> str:
    disk = f"{each.free_bytes / 1e9:,.1f} / {each.total_bytes / 1e9:,.1f} GB"
    is_full = each.total_bytes and each.free_bytes < (1 - FULL) * each.total_bytes
    mark = ' class="full"' if is_full else ""
    return (
        f"<tr><td><b>{escape(each.name or unnamed)}</b><br>"
        f"<code>{escape(str(each.path))}</code></td>"
        f"<td{mark}>{disk if each.total_bytes else '–'}</td></tr>"
    )


def _log_out(language: str) -> str:
    """A form, as it needs no script; its address is below the page's own."""
    return (
        f'<form class="log-out" method="post" action="{LOGOUT.removeprefix("/")}">'
        f'<button type="submit">{escape(text(language, "settings.log_out"))}</button></form>'
    )
