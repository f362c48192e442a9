/* The variadic functions of the C API: each hands its arguments to the function over a `va_list` that
   is written in Rust. Stable Rust can call such functions, but not define them. */

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

typedef struct _object PyObject;
typedef struct _typeobject PyTypeObject;

/* What the type of sizes is in a caller that does not define PY_SSIZE_T_CLEAN, and in one that does. */
#define INT_SIZES 1
#define WIDE_SIZES 0

#define FORWARD(TYPE, LAST, CALL) \
    do { \
        va_list arguments; \
        va_start(arguments, LAST); \
        TYPE result = CALL; \
        va_end(arguments); \
        return result; \
    } while (0)

PyObject *PyErr_FormatV(PyObject *, const char *, va_list);
PyObject *PyErr_Format(PyObject *class, const char *format, ...) {
    FORWARD(PyObject *, format, PyErr_FormatV(class, format, arguments));
}

PyObject *krait_ErrFormatFromCauseV(PyObject *, const char *, va_list);
PyObject *_PyErr_FormatFromCause(PyObject *class, const char *format, ...) {
    FORWARD(PyObject *, format, krait_ErrFormatFromCauseV(class, format, arguments));
}

int krait_WarnFormatV(PyObject *, ptrdiff_t, PyObject *, const char *, va_list);
int PyErr_WarnFormat(PyObject *category, ptrdiff_t level, const char *format, ...) {
    FORWARD(int, format, krait_WarnFormatV(category, level, NULL, format, arguments));
}

extern PyObject *PyExc_ResourceWarning;
int PyErr_ResourceWarning(PyObject *source, ptrdiff_t level, const char *format, ...) {
    FORWARD(int, format, krait_WarnFormatV(PyExc_ResourceWarning, level, source, format, arguments));
}

PyObject *PyUnicode_FromFormatV(const char *, va_list);
PyObject *PyUnicode_FromFormat(const char *format, ...) {
    FORWARD(PyObject *, format, PyUnicode_FromFormatV(format, arguments));
}

PyObject *PyBytes_FromFormatV(const char *, va_list);
PyObject *PyBytes_FromFormat(const char *format, ...) {
    FORWARD(PyObject *, format, PyBytes_FromFormatV(format, arguments));
}

int PyArg_VaParse(PyObject *, const char *, va_list);
int _PyArg_VaParse_SizeT(PyObject *, const char *, va_list);
int PyArg_ParseTuple(PyObject *args, const char *format, ...) {
    FORWARD(int, format, PyArg_VaParse(args, format, arguments));
}
int _PyArg_ParseTuple_SizeT(PyObject *args, const char *format, ...) {
    FORWARD(int, format, _PyArg_VaParse_SizeT(args, format, arguments));
}

int krait_ArgParseV(PyObject *, const char *, int, va_list);
int PyArg_Parse(PyObject *args, const char *format, ...) {
    FORWARD(int, format, krait_ArgParseV(args, format, INT_SIZES, arguments));
}
int _PyArg_Parse_SizeT(PyObject *args, const char *format, ...) {
    FORWARD(int, format, krait_ArgParseV(args, format, WIDE_SIZES, arguments));
}

int PyArg_VaParseTupleAndKeywords(PyObject *, PyObject *, const char *, char **, va_list);
int _PyArg_VaParseTupleAndKeywords_SizeT(PyObject *, PyObject *, const char *, char **, va_list);
int PyArg_ParseTupleAndKeywords(PyObject *args, PyObject *kwargs, const char *format, char **names, ...) {
    FORWARD(int, names, PyArg_VaParseTupleAndKeywords(args, kwargs, format, names, arguments));
}
int _PyArg_ParseTupleAndKeywords_SizeT(PyObject *args, PyObject *kwargs, const char *format, char **names, ...) {
    FORWARD(int, names, _PyArg_VaParseTupleAndKeywords_SizeT(args, kwargs, format, names, arguments));
}

int krait_ArgParseFastV(PyObject *const *, ptrdiff_t, PyObject *, void *, int, va_list);
int _PyArg_ParseStackAndKeywords(PyObject *const *args, ptrdiff_t count, PyObject *names, void *parser, ...) {
    FORWARD(int, parser, krait_ArgParseFastV(args, count, names, parser, INT_SIZES, arguments));
}
int _PyArg_ParseStackAndKeywords_SizeT(PyObject *const *args, ptrdiff_t count, PyObject *names, void *parser, ...) {
    FORWARD(int, parser, krait_ArgParseFastV(args, count, names, parser, WIDE_SIZES, arguments));
}
int krait_ArgParseStackV(PyObject *const *, ptrdiff_t, const char *, int, va_list);
int _PyArg_ParseStack(PyObject *const *args, ptrdiff_t count, const char *format, ...) {
    FORWARD(int, format, krait_ArgParseStackV(args, count, format, INT_SIZES, arguments));
}
int _PyArg_ParseStack_SizeT(PyObject *const *args, ptrdiff_t count, const char *format, ...) {
    FORWARD(int, format, krait_ArgParseStackV(args, count, format, WIDE_SIZES, arguments));
}

int krait_ArgUnpackTupleV(PyObject *, const char *, ptrdiff_t, ptrdiff_t, va_list);
int PyArg_UnpackTuple(PyObject *args, const char *name, ptrdiff_t least, ptrdiff_t most, ...) {
    FORWARD(int, most, krait_ArgUnpackTupleV(args, name, least, most, arguments));
}
int krait_ArgUnpackStackV(PyObject *const *, ptrdiff_t, const char *, ptrdiff_t, ptrdiff_t, va_list);
int _PyArg_UnpackStack(PyObject *const *args, ptrdiff_t count, const char *name, ptrdiff_t least, ptrdiff_t most, ...) {
    FORWARD(int, most, krait_ArgUnpackStackV(args, count, name, least, most, arguments));
}

PyObject *Py_VaBuildValue(const char *, va_list);
PyObject *_Py_VaBuildValue_SizeT(const char *, va_list);
PyObject *Py_BuildValue(const char *format, ...) {
    FORWARD(PyObject *, format, Py_VaBuildValue(format, arguments));
}
PyObject *_Py_BuildValue_SizeT(const char *format, ...) {
    FORWARD(PyObject *, format, _Py_VaBuildValue_SizeT(format, arguments));
}

PyObject *krait_TuplePackV(ptrdiff_t, va_list);
PyObject *PyTuple_Pack(ptrdiff_t count, ...) {
    FORWARD(PyObject *, count, krait_TuplePackV(count, arguments));
}

PyObject *krait_CallFunctionV(PyObject *, const char *, int, va_list);
PyObject *PyObject_CallFunction(PyObject *callee, const char *format, ...) {
    FORWARD(PyObject *, format, krait_CallFunctionV(callee, format, INT_SIZES, arguments));
}
PyObject *_PyObject_CallFunction_SizeT(PyObject *callee, const char *format, ...) {
    FORWARD(PyObject *, format, krait_CallFunctionV(callee, format, WIDE_SIZES, arguments));
}
PyObject *PyEval_CallFunction(PyObject *callee, const char *format, ...) {
    FORWARD(PyObject *, format, krait_CallFunctionV(callee, format, INT_SIZES, arguments));
}

PyObject *krait_CallMethodV(PyObject *, const char *, const char *, int, va_list);
PyObject *PyObject_CallMethod(PyObject *receiver, const char *name, const char *format, ...) {
    FORWARD(PyObject *, format, krait_CallMethodV(receiver, name, format, INT_SIZES, arguments));
}
PyObject *_PyObject_CallMethod_SizeT(PyObject *receiver, const char *name, const char *format, ...) {
    FORWARD(PyObject *, format, krait_CallMethodV(receiver, name, format, WIDE_SIZES, arguments));
}
PyObject *PyEval_CallMethod(PyObject *receiver, const char *name, const char *format, ...) {
    FORWARD(PyObject *, format, krait_CallMethodV(receiver, name, format, INT_SIZES, arguments));
}

typedef struct _identifier {
    struct _identifier *next;
    const char *string;
    PyObject *object;
} Identifier;
PyObject *_PyObject_CallMethodId(PyObject *receiver, Identifier *name, const char *format, ...) {
    FORWARD(PyObject *, format, krait_CallMethodV(receiver, name->string, format, INT_SIZES, arguments));
}
PyObject *_PyObject_CallMethodId_SizeT(PyObject *receiver, Identifier *name, const char *format, ...) {
    FORWARD(PyObject *, format, krait_CallMethodV(receiver, name->string, format, WIDE_SIZES, arguments));
}

PyObject *krait_CallObjArgsV(PyObject *, va_list);
PyObject *PyObject_CallFunctionObjArgs(PyObject *callee, ...) {
    FORWARD(PyObject *, callee, krait_CallObjArgsV(callee, arguments));
}
PyObject *krait_CallMethodObjArgsV(PyObject *, PyObject *, va_list);
PyObject *PyObject_CallMethodObjArgs(PyObject *receiver, PyObject *name, ...) {
    FORWARD(PyObject *, name, krait_CallMethodObjArgsV(receiver, name, arguments));
}
PyObject *_PyUnicode_FromId(Identifier *);
PyObject *_PyObject_CallMethodIdObjArgs(PyObject *receiver, Identifier *identifier, ...) {
    PyObject *name = _PyUnicode_FromId(identifier);
    if (name == NULL)
        return NULL;
    FORWARD(PyObject *, identifier, krait_CallMethodObjArgsV(receiver, name, arguments));
}

void krait_SysWriteV(int, const char *, va_list);
void PySys_WriteStdout(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    krait_SysWriteV(1, format, arguments);
    va_end(arguments);
}
void PySys_WriteStderr(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    krait_SysWriteV(2, format, arguments);
    va_end(arguments);
}
void PySys_FormatStdout(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    krait_SysWriteV(1, format, arguments);
    va_end(arguments);
}
void PySys_FormatStderr(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    krait_SysWriteV(2, format, arguments);
    va_end(arguments);
}

int krait_SysAuditV(const char *, const char *, va_list);
int PySys_Audit(const char *event, const char *format, ...) {
    FORWARD(int, format, krait_SysAuditV(event, format, arguments));
}

int PyOS_vsnprintf(char *buffer, size_t size, const char *format, va_list arguments) {
    return vsnprintf(buffer, size, format, arguments);
}
int PyOS_snprintf(char *buffer, size_t size, const char *format, ...) {
    FORWARD(int, format, vsnprintf(buffer, size, format, arguments));
}

/* A library's objects are linked only where something of them is asked for: Rust asks for this. */
const void *const krait_variadic_functions[] = {
    (const void *)PyErr_Format, (const void *)_PyErr_FormatFromCause, (const void *)PyErr_WarnFormat,
    (const void *)PyErr_ResourceWarning, (const void *)PyUnicode_FromFormat, (const void *)PyBytes_FromFormat,
    (const void *)PyArg_ParseTuple, (const void *)Py_BuildValue, (const void *)PyTuple_Pack,
};
