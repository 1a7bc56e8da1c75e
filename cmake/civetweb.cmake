# Target `civetweb`: the embedded HTTP server, compiled from the distribution's own source package.
#
# The packaged library is of no use to us: in Debian 12 and 13 it dies on the first HTTPS request
# (built for the OpenSSL 1.1 API) and knows no IPv6. apt checks the signature of what is fetched,
# and version and hashes are fixed here, so that two builds of one commit compile the same source.
#
#   -DCIVETWEB_SOURCE_DIR=DIR      an unpacked, patched source tree: nothing is fetched
#   -DCIVETWEB_TRUST_APT=ON        take whatever version the distribution's signed lists name
#   -DFILAMENTD_CACHE_DIR=DIR      where tarballs are kept between builds; empty: nowhere

if(DEFINED ENV{XDG_CACHE_HOME})
  set(civetweb_cache "$ENV{XDG_CACHE_HOME}/filamentd")
elseif(DEFINED ENV{HOME})
  set(civetweb_cache "$ENV{HOME}/.cache/filamentd")
endif()
set(CIVETWEB_SOURCE_DIR "" CACHE PATH "Unpacked civetweb source with the distribution's patches")
set(FILAMENTD_CACHE_DIR "${civetweb_cache}" CACHE PATH "Where fetched tarballs are kept")
option(CIVETWEB_TRUST_APT "Accept any civetweb version that apt's signature vouches for" OFF)

# By codename: version of the package, SHA-256 of the tarballs of upstream and of the distribution.
set(civetweb_bookworm 1.15+dfsg-4
  ec372e9737bc820118bbb735f46a07d41f795814ca0f38bc6e67048e7a460f33
  2fe67d05a15be93764398275372f41f6228b17497b23d04f149482ffde7b3fb8)
set(civetweb_trixie 1.16+dfsg-2+deb13u1
  41dbfd68cd3b914ce440a5813f21058813b61a972600cc04fb8233a0d2d04fe4
  1e5f56ab5592026dc5cd90302cfaa5a66b889f8959440e64dc0e373d18165ebb)

function(civetweb_refuse reason)
  message(FATAL_ERROR "civetweb: ${reason}\n"
    "To give its source yourself: `apt-get source civetweb` on a machine with a deb-src line "
    "(it applies the distribution's patches too), then configure with "
    "-DCIVETWEB_SOURCE_DIR=/path/to/civetweb-VERSION\n")
endfunction()

function(civetweb_codename ret_codename)
  if(EXISTS /etc/os-release)
    file(STRINGS /etc/os-release line REGEX "^VERSION_CODENAME=")
    string(REGEX REPLACE "^VERSION_CODENAME=\"?([a-z]*).*" "\\1" codename "${line}")
  endif()
  set(${ret_codename} "${codename}" PARENT_SCOPE)
endfunction()

# A tarball of this hash in FOLDER, or nothing.
function(civetweb_tarball folder hash ret_path)
  file(GLOB candidates "${folder}/*.tar.*")
  foreach(path IN LISTS candidates)
    file(SHA256 "${path}" actual)
    if(actual STREQUAL hash)
      set(${ret_path} "${path}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${ret_path} "" PARENT_SCOPE)
endfunction()

# Both tarballs of the fixed version in FOLDER, or nothing.
function(civetweb_find folder hashes ret_tarballs)
  set(found "")
  foreach(hash IN LISTS hashes)
    civetweb_tarball("${folder}" "${hash}" path)
    if(path)
      list(APPEND found "${path}")
    endif()
  endforeach()
  list(LENGTH found count)
  if(count EQUAL 2)
    set(${ret_tarballs} "${found}" PARENT_SCOPE)
  else()
    set(${ret_tarballs} "" PARENT_SCOPE)
  endif()
endfunction()

function(civetweb_download codename version folder)
  message(STATUS "civetweb: fetching source package ${version} of ${codename}")
  file(REMOVE_RECURSE "${folder}")
  execute_process(
    COMMAND ${CMAKE_SOURCE_DIR}/cmake/fetch-civetweb.sh ${codename} ${version} ${folder}
    RESULT_VARIABLE failed ERROR_VARIABLE said OUTPUT_QUIET)
  if(failed)
    civetweb_refuse("could not fetch its source package (${codename}, ${version}):\n${said}")
  endif()
endfunction()

# The tarballs from the cache or from the distribution, upstream's first.
function(civetweb_obtain ret_tarballs)
  civetweb_codename(codename)
  set(folder ${CMAKE_BINARY_DIR}/civetweb-download)
  if(CIVETWEB_TRUST_APT)
    civetweb_download("${codename}" any ${folder})
    file(GLOB tarballs ${folder}/*.orig.tar.* ${folder}/*.debian.tar.*)
    list(SORT tarballs ORDER DESCENDING)
  elseif(civetweb_${codename})
    set(hashes ${civetweb_${codename}})
    list(POP_FRONT hashes version)
    civetweb_find("${FILAMENTD_CACHE_DIR}" "${hashes}" tarballs)
    if(NOT tarballs)
      civetweb_download("${codename}" "${version}" ${folder})
      civetweb_find(${folder} "${hashes}" tarballs)
    endif()
  else()
    civetweb_refuse("no version is fixed for this system (codename \"${codename}\"). \
-DCIVETWEB_TRUST_APT=ON takes the version that its signed package lists name.")
  endif()
  if(NOT tarballs)
    civetweb_refuse("the tarballs of ${version} do not have the fixed SHA-256")
  endif()
  if(FILAMENTD_CACHE_DIR AND NOT CIVETWEB_TRUST_APT)
    file(COPY ${tarballs} DESTINATION "${FILAMENTD_CACHE_DIR}")
  endif()
  set(${ret_tarballs} "${tarballs}" PARENT_SCOPE)
endfunction()

# Unpack into FOLDER and apply the distribution's patches.
function(civetweb_unpack tarballs folder)
  find_program(PATCH_PROGRAM patch)
  if(NOT PATCH_PROGRAM)
    civetweb_refuse("the program `patch` is not installed")
  endif()
  file(REMOVE_RECURSE ${folder} ${folder}.new)
  file(MAKE_DIRECTORY ${folder}.new)
  list(GET tarballs 0 upstream)
  list(GET tarballs 1 debian)
  execute_process(COMMAND tar xf ${upstream} -C ${folder}.new --strip-components=1
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND tar xf ${debian} -C ${folder}.new COMMAND_ERROR_IS_FATAL ANY)
  file(STRINGS ${folder}.new/debian/patches/series series REGEX "^[^# ]")
  foreach(name IN LISTS series)
    execute_process(COMMAND ${PATCH_PROGRAM} -p1 -s -i debian/patches/${name}
      WORKING_DIRECTORY ${folder}.new COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
  file(RENAME ${folder}.new ${folder})
endfunction()

if(CIVETWEB_SOURCE_DIR)
  set(civetweb_source "${CIVETWEB_SOURCE_DIR}")
else()
  civetweb_codename(civetweb_system)
  string(REGEX REPLACE ";.*" "" civetweb_version "${civetweb_${civetweb_system}}")
  set(civetweb_source ${CMAKE_BINARY_DIR}/civetweb-source-${civetweb_version})
  if(NOT EXISTS ${civetweb_source}/src/civetweb.c)
    civetweb_obtain(civetweb_tarballs)
    civetweb_unpack("${civetweb_tarballs}" ${civetweb_source})
  endif()
endif()
if(NOT EXISTS "${civetweb_source}/src/civetweb.c")
  civetweb_refuse("no src/civetweb.c in \"${civetweb_source}\"")
endif()

# Its own flags: TLS by the OpenSSL 3 API, IPv6, no code that serves files or runs CGI programs.
# The timeout quantum is how long a stop waits for idle workers, in ms.
add_library(civetweb STATIC ${civetweb_source}/src/civetweb.c)
target_include_directories(civetweb SYSTEM PUBLIC ${civetweb_source}/include)
target_compile_definitions(civetweb PRIVATE NO_SSL_DL OPENSSL_API_3_0 NO_FILES NO_CGI NO_CACHING
  SOCKET_TIMEOUT_QUANTUM=200 PUBLIC USE_IPV6 USE_WEBSOCKET)
# Each of many workers touches the frames of what serves a request: inlined into one, its buffers for
# paths of files alone, which are never served, take 16 KiB of each stack.
target_compile_options(civetweb PRIVATE -w
  $<$<C_COMPILER_ID:GNU>:-fno-inline-functions-called-once -fno-inline-small-functions>)
target_link_libraries(civetweb PUBLIC OpenSSL::SSL OpenSSL::Crypto Threads::Threads
  ${CMAKE_DL_LIBS})
