/* A module in two phases, with types made from specifications: one that gives its memory as a buffer, one that the
   collector knows. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    char bytes[8];
    Py_ssize_t exports;
} Block;

static int block_getbuffer(Block *self, Py_buffer *view, int flags)
{
    if (PyBuffer_FillInfo(view, (PyObject *)self, self->bytes, sizeof self->bytes, 0, flags) < 0)
        return -1;
    self->exports++;
    return 0;
}

static void block_releasebuffer(Block *self, Py_buffer *view)
{
    self->exports--;
}

static void block_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef block_members[] = {
    {"exports", T_PYSSIZET, offsetof(Block, exports), READONLY, NULL},
    {NULL},
};

static PyType_Slot block_slots[] = {
    {Py_tp_doc, "Eight bytes."},
    {Py_tp_dealloc, block_dealloc},
    {Py_tp_members, block_members},
    {Py_bf_getbuffer, block_getbuffer},
    {Py_bf_releasebuffer, block_releasebuffer},
    {0, NULL},
};

static PyType_Spec block_spec = {
    "multi_phase.Block", sizeof(Block), 0, Py_TPFLAGS_DEFAULT, block_slots,
};

typedef struct {
    PyObject_HEAD
    PyObject *content;
} Box;

static int alive;

static PyObject *box_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    Box *self = (Box *)type->tp_alloc(type, 0);
    alive += self != NULL;
    return (PyObject *)self;
}

static int box_init(Box *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"content", NULL};
    PyObject *content = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O:Box", names, &content))
        return -1;
    Py_INCREF(content);
    Py_XSETREF(self->content, content);
    return 0;
}

static int box_traverse(Box *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->content);
    return 0;
}

static int box_clear(Box *self)
{
    Py_CLEAR(self->content);
    return 0;
}

static void box_dealloc(Box *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    box_clear(self);
    alive--;
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef box_members[] = {
    {"content", T_OBJECT, offsetof(Box, content), 0, NULL},
    {NULL},
};

static PyType_Slot box_slots[] = {
    {Py_tp_new, box_new},
    {Py_tp_init, box_init},
    {Py_tp_dealloc, box_dealloc},
    {Py_tp_traverse, box_traverse},
    {Py_tp_clear, box_clear},
    {Py_tp_members, box_members},
    {0, NULL},
};

static PyType_Spec box_spec = {
    "multi_phase.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, box_slots,
};

static PyObject *count(PyObject *module, PyObject *nothing)
{
    return PyLong_FromLong(alive);
}

static PyMethodDef methods[] = {
    {"count", count, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    PyType_Spec *specs[] = {&block_spec, &box_spec};
    const char *names[] = {"Block", "Box"};
    for (int i = 0; i < 2; i++) {
        PyObject *type = PyType_FromModuleAndSpec(module, specs[i], NULL);
        if (type == NULL)
            return -1;
        if (PyModule_AddObject(module, names[i], type) < 0) {
            Py_DECREF(type);
            return -1;
        }
    }
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "multi_phase", .m_size = 0, .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC PyInit_multi_phase(void)
{
    return PyModuleDef_Init(&definition);
}
