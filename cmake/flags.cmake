# Compiler flags of everything that is ours.
add_library(sx_flags INTERFACE)
target_compile_options(sx_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wvla -Wstrict-prototypes
  -Wmissing-prototypes -Wundef -Wswitch-enum -Wcast-qual -Wwrite-strings -Wformat=2
  # the same bits whatever the machine: no contraction to fused multiply-add
  -ffp-contract=off -fvisibility=hidden -fno-math-errno)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(sx_flags INTERFACE -Wdouble-promotion) # clang takes NAN for a float
  # snprintf is the way to cut a text on purpose, and what this warning sees depends on the optimisation level
  target_compile_options(sx_flags INTERFACE -Wno-format-truncation)
endif()
target_compile_definitions(sx_flags INTERFACE _XOPEN_SOURCE=700 _FILE_OFFSET_BITS=64)
if(SX_WERROR)
  target_compile_options(sx_flags INTERFACE -Werror)
endif()
if(SX_SANITIZE)
  target_compile_options(sx_flags INTERFACE -fsanitize=${SX_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(sx_flags INTERFACE -fsanitize=${SX_SANITIZE})
  target_compile_definitions(sx_flags INTERFACE SX_SANITIZED=1)
endif()
if(SX_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SX_FUZZ needs clang (libFuzzer): use the preset fuzz")
  endif()
  # The library reports its coverage to the fuzzer; each target adds the fuzzer itself (tests/CMakeLists.txt).
  target_compile_options(sx_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(SX_COVERAGE)
  target_compile_options(sx_flags INTERFACE --coverage)
  target_link_options(sx_flags INTERFACE --coverage)
endif()
if(SX_ARENA_MALLOC)
  target_compile_definitions(sx_flags INTERFACE SX_ARENA_MALLOC=1)
endif()
