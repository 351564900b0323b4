# Foreign libraries, all from Debian 12. Each sits behind one file of ours (docs/dev/foreign.md).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
add_library(sx_depends INTERFACE)
target_link_libraries(sx_depends INTERFACE Threads::Threads m)
foreach(lib libutf8proc nettle gsl lapacke openblas zlib libfyaml jansson sqlite3 md4c)
  pkg_check_modules(SX_${lib} REQUIRED IMPORTED_TARGET ${lib})
  target_link_libraries(sx_depends INTERFACE PkgConfig::SX_${lib})
endforeach()
# Debian's libreadstat-dev ships no .pc file.
find_path(SX_READSTAT_INCLUDE readstat.h REQUIRED)
find_library(SX_READSTAT_LIBRARY readstat REQUIRED)
target_include_directories(sx_depends SYSTEM INTERFACE ${SX_READSTAT_INCLUDE})
target_link_libraries(sx_depends INTERFACE ${SX_READSTAT_LIBRARY})
