import { aarch64 } from "@stagex/stage3";
import { crossPallet } from "../cross.ts";

export default crossPallet("aarch64", aarch64.forUse);
