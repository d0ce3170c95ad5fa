/** What most packages of stage 3 are built with: its own programs, and stage 2's compiler of the same version. */
import { gccAmd64, linuxHeaders } from "@stagex/stage2";
import { binutils } from "./packages/binutils.ts";
import { busybox } from "./packages/busybox.ts";
import { make } from "./packages/make.ts";
import { musl } from "./packages/musl.ts";

export const toolchain = [musl, linuxHeaders, gccAmd64, binutils, make, busybox];
