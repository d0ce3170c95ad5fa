import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import type { ImageSpec, Layer } from "../src/index.ts";

/** A directory that goes away with the test. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "stagex-oci-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A layer with the given files, each executable. */
function layerOf(files: Record<string, string | Uint8Array>, createdBy = "hello 1.0"): Layer {
  const root = mkdtempSync(join(tmpdir(), "stagex-oci-layer-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode: 0o755 });
  }
  const plain = ["--format=ustar", "--sort=name", "--owner=0:0", "--group=0:0", "--mtime=@0", "--mode=0755"];
  const tar = execFileSync("tar", [...plain, "-cC", root, ...Object.keys(files).sort()]);
  rmSync(root, { recursive: true });
  return layerOfBytes(tar, createdBy);
}

export function layerOfBytes(bytes: Uint8Array, createdBy = "hello 1.0"): Layer {
  const digest = createHash("sha256").update(bytes).digest("hex");
  return { digest, size: bytes.length, createdBy, tar: () => Readable.from([bytes]) };
}

/** An image that says hello. */
export function helloSpec(changes: Partial<ImageSpec> = {}): ImageSpec {
  return {
    name: "hello",
    version: "1.0",
    description: "Says hello",
    licenses: "MIT",
    platform: "linux/386",
    epoch: 1_767_225_600,
    layers: [layerOf({ "usr/bin/hello": helloProgram })],
    entrypoint: ["/usr/bin/hello"],
    env: { PATH: "/usr/bin" },
    workdir: "/",
    ...changes,
  };
}

export const greeting = "hello from the image\n";

/** A static i386 Linux program that prints {@link greeting}: an ELF header, a program header, and code. */
const helloProgram: Uint8Array = (() => {
  const base = 0x08048000;
  const codeAt = 52 + 32;
  const code = (textAt: number) => [
    ...[0xb8, ...u32(4)], // mov eax, write
    ...[0xbb, ...u32(1)], // mov ebx, standard output
    ...[0xb9, ...u32(textAt)], // mov ecx, text
    ...[0xba, ...u32(greeting.length)], // mov edx, length
    ...[0xcd, 0x80], // int 0x80
    ...[0xb8, ...u32(1)], // mov eax, exit
    ...[0x31, 0xdb], // xor ebx, ebx
    ...[0xcd, 0x80],
  ];
  const textAt = codeAt + code(0).length;
  const size = textAt + greeting.length;
  return Buffer.from([
    ...[0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[...u16(2), ...u16(3), ...u32(1), ...u32(base + codeAt), ...u32(52), ...u32(0), ...u32(0)],
    ...[...u16(52), ...u16(32), ...u16(1), ...u16(0), ...u16(0), ...u16(0)],
    ...[
      ...u32(1),
      ...u32(0),
      ...u32(base),
      ...u32(base),
      ...u32(size),
      ...u32(size),
      ...u32(5),
      ...u32(4096),
    ],
    ...code(base + textAt),
    ...Buffer.from(greeting),
  ]);
})();

function u16(value: number): number[] {
  return [value & 255, value >> 8];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}
