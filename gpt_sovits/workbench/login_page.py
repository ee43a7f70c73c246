"""The page that asks for the password: it needs no script and nothing else of the server."""

from html import escape

from gpt_sovits.workbench.texts import text

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
    background: light-dark(#f9fafb, #0b0f19); color: light-dark(#1f2937, #f3f4f6); }
form { box-sizing: border-box; width: min(24rem, 100vw); padding: 2rem; }
h1 { font-size: 1.3rem; margin: 0 0 1.5rem; }
label { display: block; margin-bottom: .4rem; }
input, button { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem .8rem;
    border-radius: 8px; border: 1px solid light-dark(#d1d5db, #4b5563); }
input { background: light-dark(#fff, #1f2937); color: inherit; }
button { margin-top: 1rem; border: 0; background: #4f46e5; color: #fff; cursor: pointer; }
button:hover { background: #4338ca; }
:is(input, button):focus-visible { outline: 3px solid #818cf8; outline-offset: 1px; }
p { margin: 1rem 0 0; padding: .6rem .8rem; border-radius: 8px;
    background: light-dark(#fef2f2, #450a0a); color: light-dark(#b91c1c, #fecaca); }
"""


def login_page(language: str, action: str, problem: str = "") -> str:
    """The whole page.

    Args:
        language: one of the page's.
        action: address that the password goes to.
        problem: a sentence, where the last try went wrong.
    """

    def words(key: str) -> str:
        return escape(text(language, key))

    told = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{words("page.title")}</title>'
        f"<style>{_STYLE}</style></head>"
        f'<body><form method="post" action="{escape(action)}"><h1>{words("page.title")}</h1>'
        f'<label for="password">{words("login.password")}</label>'
        '<input id="password" name="password" type="password" required autofocus'
        f' autocomplete="current-password"><button>{words("login.enter")}</button>{told}</form>'
        "</body></html>"
    )
