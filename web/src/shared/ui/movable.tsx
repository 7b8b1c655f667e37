import { useCallback, useState } from "react";
import type { ReactNode } from "react";
import { createPortal } from "react-dom";

/** Who had the focus in an element that is on its way to another place. */
const focused = new WeakMap<HTMLElement, HTMLElement>();

/** An element of its own, for a part of the page that is to stand at one place or another. */
export function useMovable(className: string): HTMLElement {
  const [element] = useState(() => {
    const made = document.createElement("div");
    made.className = className;
    return made;
  });
  return element;
}

/**
 * What is in the element. It is mounted once, whatever happens to the places: what was typed, opened, scrolled in lists
 * or sent stays. Must come after the places, so that the element is on the page when its content measures itself.
 */
export function Movable({ element, children }: { element: HTMLElement; children: ReactNode }) {
  return createPortal(children, element);
}

/** Where the element stands now. Whoever typed in it when it moved can type on. */
export function Place({ of: element }: { of: HTMLElement }) {
  const take = useCallback(
    (place: HTMLElement | null) => {
      if (!place) return undefined;
      // An element that is taken off the page and put back forgets how far it was scrolled.
      if (element.parentElement !== place) place.append(element);
      focused.get(element)?.focus({ preventScroll: true });
      focused.delete(element);
      // Runs before the place is taken off the page, while the focus is still there.
      return () => {
        const { activeElement } = document;
        if (activeElement instanceof HTMLElement && element.contains(activeElement)) focused.set(element, activeElement);
      };
    },
    [element],
  );
  return <div ref={take} />;
}
