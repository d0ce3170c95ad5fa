/** What packages are built with once there is GCC 3.4.6. */
import { tools } from "@stagex/stage0";
import { binutilsI386 } from "./packages/binutils-i386.ts";
import { busyboxTcc } from "./packages/busybox-tcc.ts";
import { gcc3 } from "./packages/gcc-3.ts";
import { makeTcc } from "./packages/make-tcc.ts";
import { muslI386 } from "./packages/musl-i386.ts";

export const i386Toolchain = [tools, muslI386, makeTcc, busyboxTcc, binutilsI386, gcc3];
