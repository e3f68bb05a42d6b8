/**
 * Ceratops: a scriptable instrumentation engine for Linux programs.
 *
 * @module
 */

export { LibraryNotFoundError, type TriedLibrary } from "./engine/ffi/errors.ts";
export {
  checkLibrary,
  findLibrary,
  type FoundLibrary,
  type LibraryCandidate,
  type LibraryCheck,
  type LibraryRequirement,
  libraryRequirements,
  searchLibrary,
} from "./engine/ffi/find_library.ts";
export {
  type Environment,
  libraryFileName,
  type LibraryName,
  type LibraryOrigin,
  libraryVariable,
  privateFolder,
} from "./engine/ffi/library_places.ts";
export { HostStream } from "./engine/ffi/host_stream.ts";

export { ElfError, UnsupportedElfError } from "./engine/binary/elf/mod.ts";
export { Emulator, type EmulatorOptions } from "./engine/emulator.ts";
export { type CodeHookOptions, type HookOptions, InstrumentedProcess } from "./engine/instrumented_process.ts";
export type {
  GuestEventMap,
  GuestEventName,
  Listener,
  ProcessEvent,
  SignalEvent,
  ThreadEvent,
} from "./engine/events.ts";
export type { CodeKind } from "./engine/code_hooks.ts";
export { Owner } from "./engine/owner.ts";
export {
  command,
  guest,
  hook,
  hookEvery,
  hookSyscall,
  hostScripts,
  intercept,
  on,
  repl,
  type ScriptCommand,
  type ScriptHost,
  watch,
} from "./engine/script.ts";
export type { Fault, StopReason } from "./engine/stop_reason.ts";
export { type ContextOwner, GuestContext } from "./engine/context.ts";
export type {
  PermissionAnswer,
  PermissionKind,
  PermissionOptions,
  PermissionRequest,
} from "./engine/linux/permissions.ts";
export type { GuestOptions, GuestProcess, GuestThread } from "./engine/guest_options.ts";
export type { DeterministicOptions } from "./engine/linux/counted_world.ts";
export type { CpuView, GeneralRegisters, GuestCpu } from "./engine/cpu/guest_cpu.ts";
export { GENERAL_REGISTERS, type GeneralRegister } from "./engine/arch/x86_64.ts";
export type { Registers } from "./engine/cpu/registers.ts";
export type { Action } from "./engine/hooks/sites.ts";
export { SYSCALL_NUMBERS } from "./engine/linux/abi/numbers.ts";
export { signalName, signalNumber } from "./engine/linux/abi/signals.ts";
export type { AccessKind } from "./engine/cpu/cpu.ts";
export { UnicornError } from "./engine/ffi/unicorn.ts";
export { CapstoneError } from "./engine/ffi/capstone.ts";
export { ProgramError } from "./engine/loader/errors.ts";
export type { FlowKind, Instruction } from "./engine/disasm/disassembler.ts";
export type { RegisterAccess } from "./engine/disasm/register_access.ts";
export { type PartAccess, RegisterParts } from "./engine/disasm/register_parts.ts";
export { GuestMemoryError } from "./engine/memory/errors.ts";
export { GuestData } from "./engine/memory/guest_data.ts";
export type { GuestMemory, Mapping, MemoryListener } from "./engine/memory/guest_memory.ts";
export {
  type FieldPlace,
  type FieldType,
  type FieldValue,
  type ScalarName,
  type Struct,
  type StructLayout,
  structLayout,
  type StructPlaces,
} from "./engine/memory/struct.ts";
export type { Region, Regions } from "./engine/memory/regions.ts";
export type { FlowBatch } from "./engine/counters/flow.ts";
export type { CountedBlock, CountedInstruction, Coverage, CoveredSymbol } from "./engine/coverage.ts";
export type { Hook, HookSites } from "./engine/hooks/hook.ts";
export type { Call, CallHandlers } from "./engine/hooks/intercept.ts";
export type { SyscallEvent, SyscallHandlers, SyscallHook } from "./engine/hooks/syscalls.ts";
export type { WatchEvent, WatchKind, Watchpoint } from "./engine/hooks/watchpoints.ts";
export type { CacheLines, CacheSets } from "./engine/ffi/event_stubs.ts";
export {
  EVENT,
  type EventBatch,
  type EventKind,
  type EventSites,
  type SiteColumns,
} from "./engine/counters/event_sites.ts";
export type { Location } from "./engine/hooks/registry.ts";
export {
  Image,
  type SourceLine,
  type SymbolAt,
  Symbols,
  UnknownImageError,
  UnknownSymbolError,
} from "./engine/symbols/mod.ts";
export type { Frame, FrameOrigin } from "./engine/unwind.ts";
export {
  type ActiveCall,
  type Argument,
  type Bits as BitRange,
  DebugValue,
  DebugValueError,
  type Evaluated,
  type InlinedCall,
  SourceFrame,
  type SourcePlace,
  type Storage as ValueStorage,
  type Target as ValueTarget,
  type TextOptions,
  typeLines,
  typeName,
  UnknownVariableError,
  valueText,
  type Variable,
} from "./engine/debug/mod.ts";
export { DwarfError } from "./engine/binary/dwarf/mod.ts";
export type {
  DebugEntry,
  DebugType,
  Encoding as DebugEncoding,
  Enumerator as DebugEnumerator,
  Member as DebugMember,
  Parameter as DebugParameter,
  StaticMember as DebugStaticMember,
  TypeKind,
  Variant as DebugVariant,
  Variants as DebugVariants,
} from "./engine/binary/dwarf/mod.ts";
export type {
  ImageLines,
  ImageRole,
  ImageSymbol,
  SymbolKind,
  SymbolOffset,
  SymbolTable,
} from "./engine/symbols/mod.ts";
export type { FoundLocation, FoundSymbol, MatchOptions } from "./engine/symbols/directory.ts";
export type { ElfSegment, ElfSegmentType, FunctionSlot } from "./engine/binary/elf/mod.ts";
export type { CfaRule, FrameRow, RegisterRule } from "./engine/binary/dwarf/mod.ts";
export type { DwarfExpression } from "./engine/binary/dwarf/expression.ts";
export { demangle } from "./engine/symbols/demangle.ts";
export { suggest } from "./engine/symbols/suggestions.ts";
export * from "./engine/plugin.ts";
export { type Edge, trackEdges } from "./engine/plugins/edges.ts";
export type { CallEdge, CallFrame, TrackedBlock } from "./engine/plugins/call_frames.ts";
export {
  type CallEvents,
  type CallSource,
  type CallTracker,
  type Leaving,
  type ThreadCalls,
  trackCalls,
} from "./engine/plugins/calls.ts";
export {
  type CalledFunction,
  type CallNode,
  type CallTreeOptions,
  type CallTreeSource,
  followCallTree,
} from "./engine/plugins/call_tree.ts";
export {
  addCoverage,
  type CodeCount,
  commonCoverage,
  type CoverageData,
  CoverageMismatchError,
  coverageWithout,
  type ImageCoverage,
} from "./engine/report/coverage_data.ts";
export {
  type CallgrindCall,
  type CallgrindCosts,
  type CallgrindFunction,
  type CallgrindHeader,
  type CallgrindPosition,
  callgrindText,
} from "./engine/report/callgrind_profile.ts";
export { CoverageExpressionError, evaluateCoverage } from "./engine/report/coverage_expression.ts";
export { CoverageFileError, coverageText, readCoverage } from "./engine/report/coverage_file.ts";
export { type CoverageSummary, type Share, summaryOf, totalOf } from "./engine/report/coverage_summary.ts";
export {
  coveredSources,
  type CoveredSourcesOptions,
  coveredSymbols,
  type RanSymbol,
} from "./engine/covered_sources.ts";
export {
  type CoveredBranch,
  type CoveredFunction,
  type CoveredLine,
  type SourceCoverage,
} from "./engine/report/source_coverage.ts";
export {
  SOURCE_FORMATS,
  type SourceFormat,
  sourceReport,
  type SourceReportOptions,
} from "./engine/report/source_report.ts";
export { type SummedCall, SYSCALL_ORDERS, type SyscallSum, SyscallSummary } from "./engine/report/syscall_summary.ts";
export {
  type ControlFlow,
  controlFlow,
  type CountedSpan,
  type FlowStep,
  type RanBlock,
  type RanStep,
} from "./engine/report/control_flow.ts";
export { type NaturalLoop, naturalLoops } from "./engine/report/loops.ts";
export { type HeapShare, type HeapSnapshot, massif } from "./engine/report/massif.ts";
export { PathReader, PathWriter } from "./engine/report/path_codec.ts";
export { type HeapRange, type Reachability, reachability, type Words } from "./engine/report/reachability.ts";
export { sourceListing } from "./engine/report/source_listing.ts";
export {
  BRANCH_PREDICTORS,
  type BranchPredictor,
  BranchPredictors,
  type PredictedBranch,
} from "./engine/report/branch_predictors.ts";
export {
  type CacheGeometry,
  CacheModel,
  readCacheGeometry,
  type ReplacementPolicy,
} from "./engine/report/cache_model.ts";
export { type CacheGeometries, CacheSimulation, type SiteMisses } from "./engine/report/cache_simulation.ts";
export { type Dependence, DependenceTracker, INITIAL } from "./engine/report/dependences.ts";
export { EventFileWriter, eventLine, type FileEvent, readEventFile } from "./engine/report/event_file.ts";
export { LineCopier } from "./engine/report/line_copier.ts";
export { symbolLabel, textTable } from "./engine/report/table.ts";
export type { MemoryAccess } from "./engine/hooks/accesses.ts";
export {
  PluginError,
  pluginFormats,
  type PluginHandle,
  pluginParameters,
  type UseOptions,
} from "./engine/plugin_host.ts";

// Not awaited: the command line imports this module, which would then wait for itself.
if (import.meta.main) import("./repl/main.ts").then(({ main }) => main(Deno.args));
