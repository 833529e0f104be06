// Included before everything else when better-sqlite3 12 is compiled. From 24.19 on, Node's header-only ObjectWrap removes a clean-up hook
// in its destructor, which aborts the process where the garbage collector runs outside any context: at some moment after a statement was
// dropped. Without the hooks it is what it is in every older Node. docs/decisions/2026-11-25-node-24.md
#ifndef CORDON_OBJECT_WRAP_H_
#define CORDON_OBJECT_WRAP_H_
#ifdef __cplusplus
#include <node.h>
#define AddEnvironmentCleanupHook(...) static_cast<void>(0)
#define RemoveEnvironmentCleanupHook(...) static_cast<void>(0)
#include <node_object_wrap.h>
#undef AddEnvironmentCleanupHook
#undef RemoveEnvironmentCleanupHook
#endif
#endif
