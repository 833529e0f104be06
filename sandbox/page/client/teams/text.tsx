import { Fragment, type ReactNode } from 'react';

/**
 * The text of a message as Teams stores it: HTML with `<at>` for mentions. It is read into a document that loads and runs nothing,
 * and shown as text.
 */
export function MessageText({ html }: { readonly html: string }): ReactNode {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  return <p className="text">{shown(body)}</p>;
}

function shown(parent: Node): ReactNode {
  return [...parent.childNodes].map((node, index) => {
    if (!(node instanceof Element)) return node.textContent;
    const name = node.tagName.toLowerCase();
    if (name === 'at') {
      return (
        <span className="mention" key={index}>
          {node.textContent}
        </span>
      );
    }
    if (name === 'br') return '\n';
    return (
      <Fragment key={index}>
        {index > 0 && (name === 'p' || name === 'div') ? '\n' : null}
        {shown(node)}
      </Fragment>
    );
  });
}
