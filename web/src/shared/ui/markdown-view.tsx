import Markdown from "react-markdown";
import type { Components } from "react-markdown";
import remarkGfm from "remark-gfm";

const PLUGINS = [remarkGfm];

/** Raw HTML is not rendered, and links leave without telling where from. */
const components: Components = {
  a: ({ href, title, children }) => (
    <a href={href} title={title} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ),
  table: ({ node: _node, ...rest }) => (
    <div className="table-scroll">
      <table {...rest} />
    </div>
  ),
  // The text may come from a model; an image would be a request to wherever it says.
  img: ({ alt }) => <span>{alt}</span>,
};

export function MarkdownView({ text }: { text: string }) {
  return (
    <Markdown remarkPlugins={PLUGINS} components={components}>
      {text}
    </Markdown>
  );
}
