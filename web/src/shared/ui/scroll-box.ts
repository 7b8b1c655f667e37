import { createContext } from "react";

/** The element that scrolls what is in it; null where the page itself does. */
export const ScrollBox = createContext<HTMLElement | null>(null);
