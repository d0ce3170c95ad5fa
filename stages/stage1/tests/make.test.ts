/** GNU make, with and without a shell. */
import { mkdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Root } from "./root.ts";

let root: Root;
beforeEach(() => {
  rmSync(root.path("work"), { recursive: true });
  mkdirSync(root.path("work"));
});

const make = (makefile: string, ...args: string[]) => {
  root.write("work/Makefile", makefile);
  return root.run(["/usr/bin/make", "--no-print-directory", ...args]);
};

describe("make without a shell", () => {
  beforeAll(async () => {
    root = await Root.of("make-tcc", "tools");
  });

  it("runs plain commands, and remakes what is older than its prerequisites only", async () => {
    const makefile = "out/in: in\n\t/install out in\n";
    root.write("work/in", "1");
    utimesSync(root.path("work/in"), 1, 1); // the copy keeps the time to the second
    expect(await make(makefile)).toEqual({ status: 0, output: "/install out in\n" });
    expect(await make(makefile)).toEqual({ status: 0, output: "make: 'out/in' is up to date.\n" });
  });

  it("tells times of files apart that are less than a second apart", async () => {
    const makefile = "made: in\n\t/install out in\n";
    root.write("work/in", "");
    root.write("work/made", "");
    utimesSync(root.path("work/made"), 1, 1.25);
    utimesSync(root.path("work/in"), 1, 1.5);
    expect((await make(makefile)).output).toBe("/install out in\n");
  });

  it("stops at a command that fails, and says where", async () => {
    root.write("work/a", "1");
    root.write("work/b", "2");
    expect(await make("all:\n\t@/cmp a b\n\t@/install never a\n")).toEqual({
      status: 2,
      output: expect.stringMatching(/^cmp: a .* differ.*\nmake: \*\*\* \[Makefile:2: all\] Error 1\n$/),
    });
  });

  it("makes and reads makefiles that it includes, and the lists in them", async () => {
    root.write("work/src/one/list", "names := x y\n");
    root.write("work/src/two/list", "names := z\n");
    const makefile = [
      "all: ; $(info $(all))",
      "folders := $(sort $(notdir $(wildcard src/*)))",
      "all :=",
      "define add",
      "include made/$1/list",
      "all += $$(addprefix $1/,$$(names))",
      "endef",
      "made/%/list: src/%/list ; @/install made/$* $<",
      "$(foreach folder,$(folders),$(eval $(call add,$(folder))))",
    ].join("\n");
    expect((await make(makefile)).output).toMatch(/^one\/x one\/y two\/z\n/);
  });

  it("finds folders, and no files, by a pattern that ends in a slash", async () => {
    for (const name of ["one", "two"]) root.write(`work/in/${name}/file`, "");
    root.write("work/in/three", "");
    expect((await make("$(info $(sort $(wildcard in/*/)))\nall: ;\n")).output).toMatch(
      /^in\/one\/ in\/two\/\n/,
    );
  });

  it("reads and writes files", async () => {
    root.write("work/in", "b a\n");
    expect((await make("all: ; $(file >out,$(sort $(file <in)))\n")).status).toBe(0);
    expect(root.read("work/out").toString()).toBe("a b\n");
  });

  it("runs a recipe with several targets once", async () => {
    root.write("work/in", "");
    const { output } = await make("all: a b\na b &: in ; /install out in\n", "-j4");
    expect(output).toBe("/install out in\n");
  });

  it("follows symlinks in $(realpath)", async () => {
    symlinkSync("/usr/bin", root.path("work/link"));
    expect((await make("$(info $(realpath link/../bin/make))\nall: ;\n")).output).toMatch(
      /^\/usr\/bin\/make\n/,
    );
  });
});

describe("make with a shell", () => {
  beforeAll(async () => {
    root = await Root.of("make-tcc", "busybox-tcc");
  });

  it("runs recipes by /bin/sh, and takes what $(shell) wrote", async () => {
    const makefile = "all: ; @for i in $(shell echo 1 2 | tr 2 3); do echo $$i; done\n";
    expect(await make(makefile)).toEqual({ status: 0, output: "1\n3\n" });
  });

  it("shares its job slots with the makes that it runs", async () => {
    // Each of two targets waits for what the other one makes: one slot would not do.
    const makefile = [
      "all: a b",
      "a b: ; @$(MAKE) $@.sub",
      "a.sub: ; @touch a; until test -e b; do sleep 0.01; done",
      "b.sub: ; @touch b; until test -e a; do sleep 0.01; done",
    ].join("\n");
    expect(await make(makefile, "-j2")).toEqual({ status: 0, output: "" });
  });
});
