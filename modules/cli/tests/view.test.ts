import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { applyEvent, bytes, duration, emptyView, renderView } from "../src/view.ts";

const measure = { seconds: 2, peakBytes: 3 * 2 ** 20 };
const digest = "0".repeat(64);
const nothing = new Map<string, typeof measure>();

/** The view after a plan of three packages, of which one runs since second 1. */
function viewOfThree() {
  const view = emptyView();
  applyEvent(view, { type: "plan", names: ["a", "b", "c"] }, 0);
  applyEvent(view, { type: "started", name: "a" }, 1000);
  return view;
}

describe("the live view", () => {
  test("shows how far it is and what runs for how long", () => {
    expect(renderView(viewOfThree(), nothing, 2, 3500, 80)).toBe("[0/3] packages\n  building a  2.50 s");
  });

  test("estimates the remaining time from earlier builds, unknown packages by their mean", () => {
    const history = new Map([
      ["a", { seconds: 10, peakBytes: 0 }],
      ["b", { seconds: 30, peakBytes: 0 }],
    ]);
    expect(renderView(viewOfThree(), history, 1, 1000, 80)).toContain(
      "[0/3] packages, about 1 min 00 s left",
    );
    expect(renderView(viewOfThree(), history, 4, 1000, 80)).toContain("about 30 s left");
  });

  test("shows fetches in percent until they are done", () => {
    const view = viewOfThree();
    applyEvent(view, { type: "fetching", file: "x.tar", received: 512, total: 2048 }, 0);
    expect(renderView(view, nothing, 1, 0, 80)).toContain("  fetching x.tar  25 % of 2.0 KiB");
    applyEvent(view, { type: "fetching", file: "x.tar", received: 2048, total: 2048 }, 0);
    expect(renderView(view, nothing, 1, 0, 80)).not.toContain("x.tar");
  });

  test("is never wider than the terminal", () => {
    const view = emptyView();
    applyEvent(view, { type: "started", name: "long".repeat(40) }, 0);
    const lines = renderView(view, nothing, 1, 0, 40).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  });
});

describe("the lines that stay", () => {
  test("tell what was built, with its cost", () => {
    const view = viewOfThree();
    const line = applyEvent(view, { type: "built", name: "a", digest, measure }, 0) ?? "";
    expect(stripVTControlCharacters(line)).toBe("built    a 2.00 s, 3.0 MiB");
    expect(view.done.built).toBe(1);
  });

  test("tell why a cache was refused", () => {
    const event = { type: "refused", name: "a", cache: "/cache", because: "it lies" } as const;
    expect(stripVTControlCharacters(applyEvent(viewOfThree(), event, 0) ?? "")).toBe(
      "refused  a from /cache: it lies; this place is not asked again",
    );
  });

  test("say nothing of a package that was there from the start", () => {
    const view = viewOfThree();
    expect(applyEvent(view, { type: "reused", name: "z", digest }, 0)).toBeUndefined();
    expect(view.done.reused).toBe(1);
  });
});

test.each([
  [0.123, "0.12 s"],
  [12.3, "12 s"],
  [59.9, "60 s"],
  [185, "3 min 05 s"],
])("%d seconds read as %s", (seconds, text) => expect(duration(seconds)).toBe(text));

test.each([
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [15 * 2 ** 20, "15 MiB"],
  [2 ** 40, "1.0 TiB"],
])("%d bytes read as %s", (count, text) => expect(bytes(count)).toBe(text));
