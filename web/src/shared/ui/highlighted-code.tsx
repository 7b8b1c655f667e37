import { toJsxRuntime } from "hast-util-to-jsx-runtime";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";
import { createHighlighterCore } from "shiki/core";
import type { HighlighterCore, LanguageRegistration } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";

/** Each language is fetched when the first file of it is shown. */
const LANGUAGES: Readonly<Record<string, () => Promise<{ default: LanguageRegistration[] }>>> = {
  python: () => import("shiki/langs/python.mjs"),
  terraform: () => import("shiki/langs/terraform.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
  json: () => import("shiki/langs/json.mjs"),
  toml: () => import("shiki/langs/toml.mjs"),
  markdown: () => import("shiki/langs/markdown.mjs"),
  docker: () => import("shiki/langs/docker.mjs"),
  bash: () => import("shiki/langs/bash.mjs"),
  make: () => import("shiki/langs/make.mjs"),
  ini: () => import("shiki/langs/ini.mjs"),
};

const BY_EXTENSION: Readonly<Record<string, string>> = {
  py: "python",
  pyi: "python",
  tf: "terraform",
  tfvars: "terraform",
  hcl: "terraform",
  yml: "yaml",
  yaml: "yaml",
  json: "json",
  toml: "toml",
  md: "markdown",
  sh: "bash",
  cfg: "ini",
  ini: "ini",
};

/** Colouring is for reading; a file beyond this is shown plain rather than late. */
const LIMIT = 200_000;

export function languageOf(path: string): string | null {
  const name = path.split("/").at(-1)?.toLowerCase() ?? "";
  if (name === "dockerfile" || name.startsWith("dockerfile.")) return "docker";
  if (name === "makefile") return "make";
  return BY_EXTENSION[name.split(".").at(-1) ?? ""] ?? null;
}

let highlighter: Promise<HighlighterCore> | null = null;

async function highlight(code: string, language: string): Promise<ReactNode> {
  highlighter ??= createHighlighterCore({
    themes: [import("shiki/themes/github-light-high-contrast.mjs"), import("shiki/themes/github-dark-high-contrast.mjs")],
    langs: [],
    // In script rather than WebAssembly, which the content security policy would have to allow.
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  const shiki = await highlighter;
  const load = LANGUAGES[language];
  if (load && !shiki.getLoadedLanguages().includes(language)) await shiki.loadLanguage(await load());
  const tree = shiki.codeToHast(code, {
    lang: language,
    themes: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    defaultColor: false,
    structure: "inline",
  });
  return toJsxRuntime(tree, { Fragment, jsx, jsxs });
}

export function HighlightedCode({ code, path }: { code: string; path: string }) {
  const language = code.length <= LIMIT ? languageOf(path) : null;
  const [coloured, setColoured] = useState<{ code: string; node: ReactNode } | null>(null);
  useEffect(() => {
    if (!language) return;
    let wanted = true;
    highlight(code, language).then(
      (node) => {
        if (wanted) setColoured({ code, node });
      },
      // Without colours the text is as readable.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [code, language]);
  return <code className="code-view">{coloured?.code === code ? coloured.node : code}</code>;
}
