import { cleanup, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it } from "vitest";

import { Movable, Place, useMovable } from "@/shared/ui/movable";

afterEach(cleanup);

let mounts = 0;

function Form() {
  const [text, setText] = useState("");
  useState(() => (mounts += 1));
  return <input aria-label="words" value={text} onChange={(event) => setText(event.target.value)} />;
}

/** Two layouts that have nothing in common. */
function Page({ wide }: { wide: boolean }) {
  const element = useMovable("stack");
  return (
    <>
      {wide ? (
        <section aria-label="wide">
          <div>
            <Place of={element} />
          </div>
        </section>
      ) : (
        <article aria-label="narrow">
          <Place of={element} />
        </article>
      )}
      <Movable element={element}>
        <Form />
      </Movable>
    </>
  );
}

it("what moves to another layout keeps what was typed, and the focus", async () => {
  mounts = 0;
  const { rerender } = render(<Page wide />);
  await userEvent.type(screen.getByLabelText("words"), "half a se");
  rerender(<Page wide={false} />);
  const input = screen.getByLabelText("words");
  expect(screen.getByLabelText("narrow").contains(input)).toBe(true);
  expect(input).toHaveProperty("value", "half a se");
  expect(document.activeElement).toBe(input);
  await userEvent.keyboard("ntence");
  expect(input).toHaveProperty("value", "half a sentence");
  rerender(<Page wide />);
  expect(screen.getByLabelText("wide").contains(screen.getByLabelText("words"))).toBe(true);
  expect(mounts).toBe(1);
});

it("what had no focus takes none", () => {
  const { rerender } = render(<Page wide />);
  rerender(<Page wide={false} />);
  expect(document.activeElement).toBe(document.body);
});
