/** What the native packages of x86_64 are built with: the cross compiler, and programs of i386. */
import { hostPrograms } from "./host.ts";
import { gcc10Cross } from "./packages/gcc-10-cross.ts";
import { linuxHeaders } from "./packages/linux-headers.ts";
import { muslAmd64 } from "./packages/musl-amd64.ts";

export const crossToolchain = [...hostPrograms, gcc10Cross, muslAmd64, linuxHeaders];
