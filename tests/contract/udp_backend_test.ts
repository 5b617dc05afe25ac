/**
 * The contract of UDP sockets on both backends, on real sockets.
 *
 * @module
 */
import { findLibc } from "../../core/net/libc_path.ts";
import { testUdpBackendContract } from "./udp_backend_contract.ts";

const libcPath = findLibc();

testUdpBackendContract("datagram", { name: "datagram" });
testUdpBackendContract("mmsg", libcPath === undefined ? undefined : { name: "mmsg", libcPath });
