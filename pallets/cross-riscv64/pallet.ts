import { riscv64 } from "@stagex/stage3";
import { crossPallet } from "../cross.ts";

export default crossPallet("riscv64", riscv64.forUse);
