# One static library for each folder, in one total order: a folder links only to folders before it.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(MOSQUITTO REQUIRED IMPORTED_TARGET libmosquitto)
pkg_check_modules(CURL REQUIRED libcurl) # its headers: it is loaded when needed
pkg_check_modules(ZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(INIH REQUIRED IMPORTED_TARGET inih)
include(civetweb)

# Warnings are errors, on our own sources only.
add_library(filamentd_flags INTERFACE)
target_compile_definitions(filamentd_flags INTERFACE _GNU_SOURCE
  FILAMENTD_VERSION="${PROJECT_VERSION}")
target_include_directories(filamentd_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(filamentd_flags INTERFACE
  -include ${CMAKE_SOURCE_DIR}/base/banned.h
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
  -Wmissing-prototypes -Wformat=2 -Wvla -Wundef -Wcast-qual -Wwrite-strings -Wimplicit-fallthrough
  # A row of a table leaves out what it has no use for.
  -Wno-missing-field-initializers
  # clang calls a value unused that is held for its cleanup alone; gcc finds the really unused ones.
  $<$<C_COMPILER_ID:Clang>:-Wno-unused-variable>)

set(filamentd_uses_base m)
set(filamentd_uses_core filamentd_base PkgConfig::JANSSON m)
set(filamentd_uses_store filamentd_core PkgConfig::SQLITE Threads::Threads)
set(filamentd_uses_bridge filamentd_store PkgConfig::MOSQUITTO OpenSSL::SSL PkgConfig::ZIP
    PkgConfig::EXPAT ${CMAKE_DL_LIBS})
set(filamentd_uses_api filamentd_bridge civetweb PkgConfig::QRENCODE)
set(filamentd_uses_service filamentd_api PkgConfig::INIH)

function(filamentd_folder name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.c)
  list(FILTER sources EXCLUDE REGEX "/service/main\\.c$")
  if(NOT sources) # headers alone so far: later folders still link through it
    add_library(filamentd_${name} INTERFACE)
    target_link_libraries(filamentd_${name} INTERFACE ${filamentd_uses_${name}})
    return()
  endif()
  add_library(filamentd_${name} STATIC ${sources})
  target_link_libraries(filamentd_${name} PRIVATE filamentd_flags)
  foreach(used ${filamentd_uses_${name}})
    target_link_libraries(filamentd_${name} PUBLIC ${used})
  endforeach()
endfunction()
