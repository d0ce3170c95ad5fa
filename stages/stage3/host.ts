/** What stage 3 starts from: stage 2's compiler and programs, and the kernel's headers. The C library is its own. */
import { binutilsAmd64, busyboxAmd64, gccAmd64, linuxHeaders, makeAmd64 } from "@stagex/stage2";

export const host = [linuxHeaders, gccAmd64, binutilsAmd64, makeAmd64, busyboxAmd64];
